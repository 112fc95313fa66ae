;; The moves of the seat search: two seats swap their group of one characteristic, so every quota
;; stays met. Whole numbers only: WebAssembly fixes what each instruction does, so the same seats
;; come out on every machine. tests/seat_moves_in_python.py is the same in Python, line for line.
;;
;; All places are byte offsets into one memory, laid out by sampler/seat_board.py:
;;   seats   i32 [people][characteristics], groups numbered across characteristics
;;   best    the same, the best seats seen
;;   cells   {up i64, down i64, over i64, unit i64} [groups][groups], both ways round:
;;           what one person more or less costs; people less the ideal, and a person, in cost
;;   movable i32 [movable characteristics]
;;   free    {count i32, seat i32 [people]} [characteristics]: seats that may change it
;;   others  {count of those counted first i32, characteristic i32 [characteristics - 1]}
;;   noise   i32 [1024], what an exponential draw comes to, in 1/65536
;;   within  i64 [words][groups], bit r: rule r allows the group
;;   rules   {people who match i64, least i64, most i64} [rules]
(module
  (memory (export "memory") 1)
  (global $people (mut i32) (i32.const 0))
  (global $width (mut i32) (i32.const 0))
  (global $groups (mut i32) (i32.const 0))
  (global $movables (mut i32) (i32.const 0))
  (global $words (mut i32) (i32.const 0))
  (global $seats (mut i32) (i32.const 0))
  (global $best (mut i32) (i32.const 0))
  (global $cells (mut i32) (i32.const 0))
  (global $movable (mut i32) (i32.const 0))
  (global $free (mut i32) (i32.const 0))
  (global $others (mut i32) (i32.const 0))
  (global $noise (mut i32) (i32.const 0))
  (global $within (mut i32) (i32.const 0))
  (global $rules (mut i32) (i32.const 0))
  ;; What one person too many or too few for a rule costs.
  (global $broken (mut i64) (i64.const 0))
  (global $random (export "random") (mut i64) (i64.const 1))
  ;; The change of the last swap weighed: of what counts first, and of what breaks ties.
  (global $first (mut i64) (i64.const 0))
  (global $then (mut i64) (i64.const 0))
  ;; The same added up since the start, and where it stood at the best seats.
  (global $total_first (export "first") (mut i64) (i64.const 0))
  (global $total_then (export "then") (mut i64) (i64.const 0))
  (global $best_first (export "best_first") (mut i64) (i64.const 0))
  (global $best_then (export "best_then") (mut i64) (i64.const 0))

  (func (export "set_up")
    (param $people i32) (param $width i32) (param $groups i32) (param $movables i32)
    (param $words i32) (param $seats i32) (param $best i32) (param $cells i32)
    (param $movable i32) (param $free i32) (param $others i32) (param $noise i32)
    (param $within i32) (param $rules i32) (param $broken i64)
    (global.set $people (local.get $people))
    (global.set $width (local.get $width))
    (global.set $groups (local.get $groups))
    (global.set $movables (local.get $movables))
    (global.set $words (local.get $words))
    (global.set $seats (local.get $seats))
    (global.set $best (local.get $best))
    (global.set $cells (local.get $cells))
    (global.set $movable (local.get $movable))
    (global.set $free (local.get $free))
    (global.set $others (local.get $others))
    (global.set $noise (local.get $noise))
    (global.set $within (local.get $within))
    (global.set $rules (local.get $rules))
    (global.set $broken (local.get $broken)))

  ;; The place of a seat's group of a characteristic.
  (func $at (param $seat i32) (param $characteristic i32) (result i32)
    (i32.add (global.get $seats)
      (i32.shl
        (i32.add (i32.mul (local.get $seat) (global.get $width)) (local.get $characteristic))
        (i32.const 2))))

  ;; The place of the cell of two groups.
  (func $cell (param $row i32) (param $column i32) (result i32)
    (i32.add (global.get $cells)
      (i32.shl
        (i32.add (i32.mul (local.get $row) (global.get $groups)) (local.get $column))
        (i32.const 5))))

  (func $clip (param $value i64) (param $limit i64) (result i64)
    (local $low i64)
    (local.set $low (i64.sub (i64.const 0) (local.get $limit)))
    (if (result i64) (i64.gt_s (local.get $value) (local.get $limit))
      (then (local.get $limit))
      (else
        (select (local.get $low) (local.get $value)
          (i64.lt_s (local.get $value) (local.get $low))))))

  ;; Count `by` people more (1) or less (-1) in a cell: |people - ideal| in whole units, so one
  ;; more costs a unit, less a unit, or in between where the ideal lies between.
  (func $count (param $cell i32) (param $by i64)
    (local $unit i64) (local $over i64)
    (local.set $unit (i64.load offset=24 (local.get $cell)))
    (local.set $over
      (i64.add (i64.load offset=16 (local.get $cell))
        (i64.mul (local.get $by) (local.get $unit))))
    (i64.store offset=16 (local.get $cell) (local.get $over))
    (local.set $over (i64.shl (local.get $over) (i64.const 1)))
    (i64.store (local.get $cell)
      (call $clip (i64.add (local.get $over) (local.get $unit)) (local.get $unit)))
    (i64.store offset=8 (local.get $cell)
      (call $clip (i64.sub (local.get $unit) (local.get $over)) (local.get $unit))))

  (func $count_both (param $row i32) (param $column i32) (param $by i64)
    (call $count (call $cell (local.get $row) (local.get $column)) (local.get $by))
    (call $count (call $cell (local.get $column) (local.get $row)) (local.get $by)))

  ;; People too few or too many for a rule.
  (func $off (param $rule i32) (param $people i64) (result i64)
    (local $least i64) (local $most i64)
    (local.set $least (i64.load offset=8 (local.get $rule)))
    (local.set $most (i64.load offset=16 (local.get $rule)))
    (if (i64.lt_s (local.get $people) (local.get $least))
      (then (return (i64.sub (local.get $least) (local.get $people)))))
    (if (i64.gt_s (local.get $people) (local.get $most))
      (then (return (i64.sub (local.get $people) (local.get $most)))))
    (i64.const 0))

  ;; The rules of one word that allow a seat's groups, the characteristic left out.
  (func $allowed (param $seat i32) (param $without i32) (param $word i32) (result i64)
    (local $x i32) (local $mask i64)
    (local.set $mask (i64.const -1))
    (loop $each
      (if (i32.ne (local.get $x) (local.get $without))
        (then
          (local.set $mask
            (i64.and (local.get $mask)
              (i64.load
                (i32.add (local.get $word)
                  (i32.shl (i32.load (call $at (local.get $seat) (local.get $x)))
                    (i32.const 3))))))))
      (local.set $x (i32.add (local.get $x) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $x) (global.get $width))))
    (local.get $mask))

  ;; Weigh what a swap does to the rules, or count it (`is_done`).
  (func $by_rules (param $a i32) (param $b i32) (param $c i32) (param $is_done i32)
    (local $w i32) (local $word i32) (local $rule i32) (local $bit i64) (local $changed i64)
    (local $g i64) (local $h i64) (local $rest i64) (local $change i64)
    (local $old_a i64) (local $new_a i64) (local $old_b i64) (local $new_b i64)
    (loop $each
      (local.set $word
        (i32.add (global.get $within)
          (i32.shl (i32.mul (local.get $w) (global.get $groups)) (i32.const 3))))
      (local.set $g
        (i64.load
          (i32.add (local.get $word)
            (i32.shl (i32.load (call $at (local.get $a) (local.get $c))) (i32.const 3)))))
      (local.set $h
        (i64.load
          (i32.add (local.get $word)
            (i32.shl (i32.load (call $at (local.get $b) (local.get $c))) (i32.const 3)))))
      (local.set $rest (call $allowed (local.get $a) (local.get $c) (local.get $word)))
      (local.set $old_a (i64.and (local.get $rest) (local.get $g)))
      (local.set $new_a (i64.and (local.get $rest) (local.get $h)))
      (local.set $rest (call $allowed (local.get $b) (local.get $c) (local.get $word)))
      (local.set $old_b (i64.and (local.get $rest) (local.get $h)))
      (local.set $new_b (i64.and (local.get $rest) (local.get $g)))
      (local.set $changed
        (i64.or (i64.xor (local.get $old_a) (local.get $new_a))
          (i64.xor (local.get $old_b) (local.get $new_b))))
      (block $none
        (loop $bits
          (br_if $none (i64.eqz (local.get $changed)))
          (local.set $bit (i64.ctz (local.get $changed)))
          (local.set $changed
            (i64.and (local.get $changed) (i64.sub (local.get $changed) (i64.const 1))))
          (local.set $rule
            (i32.add (global.get $rules)
              (i32.mul
                (i32.add (i32.shl (local.get $w) (i32.const 6)) (i32.wrap_i64 (local.get $bit)))
                (i32.const 24))))
          (local.set $change
            (i64.sub
              (i64.add
                (i64.and (i64.shr_u (local.get $new_a) (local.get $bit)) (i64.const 1))
                (i64.and (i64.shr_u (local.get $new_b) (local.get $bit)) (i64.const 1)))
              (i64.add
                (i64.and (i64.shr_u (local.get $old_a) (local.get $bit)) (i64.const 1))
                (i64.and (i64.shr_u (local.get $old_b) (local.get $bit)) (i64.const 1)))))
          (if (local.get $is_done)
            (then
              (i64.store (local.get $rule)
                (i64.add (i64.load (local.get $rule)) (local.get $change))))
            (else
              (global.set $first
                (i64.add (global.get $first)
                  (i64.mul (global.get $broken)
                    (i64.sub
                      (call $off (local.get $rule)
                        (i64.add (i64.load (local.get $rule)) (local.get $change)))
                      (call $off (local.get $rule) (i64.load (local.get $rule)))))))))
          (br $bits)))
      (local.set $w (i32.add (local.get $w) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $w) (global.get $words)))))

  ;; Weigh a swap of characteristic c between seats a and b, into $first and $then.
  (func $weigh (param $a i32) (param $b i32) (param $c i32)
    (local $g i32) (local $h i32) (local $u i32) (local $v i32) (local $x i32)
    (local $list i32) (local $end i32) (local $switch i32) (local $sum i64)
    (local $row_a i32) (local $row_b i32)
    (local.set $g (call $cell (i32.load (call $at (local.get $a) (local.get $c))) (i32.const 0)))
    (local.set $h (call $cell (i32.load (call $at (local.get $b) (local.get $c))) (i32.const 0)))
    (local.set $row_a (call $at (local.get $a) (i32.const 0)))
    (local.set $row_b (call $at (local.get $b) (i32.const 0)))
    (local.set $list
      (i32.add (global.get $others)
        (i32.shl (i32.mul (local.get $c) (global.get $width)) (i32.const 2))))
    (local.set $end
      (i32.add (local.get $list) (i32.shl (global.get $width) (i32.const 2))))
    (local.set $switch
      (i32.add (local.get $list)
        (i32.shl (i32.add (i32.load (local.get $list)) (i32.const 1)) (i32.const 2))))
    (local.set $list (i32.add (local.get $list) (i32.const 4)))
    (global.set $first (i64.const 0))
    (block $done
      (loop $each
        (if (i32.eq (local.get $list) (local.get $switch))
          (then
            (global.set $first (local.get $sum))
            (local.set $sum (i64.const 0))))
        (br_if $done (i32.ge_u (local.get $list) (local.get $end)))
        (local.set $x (i32.shl (i32.load (local.get $list)) (i32.const 2)))
        (local.set $list (i32.add (local.get $list) (i32.const 4)))
        (local.set $u (i32.load (i32.add (local.get $row_a) (local.get $x))))
        (local.set $v (i32.load (i32.add (local.get $row_b) (local.get $x))))
        (br_if $each (i32.eq (local.get $u) (local.get $v)))
        (local.set $u (i32.shl (local.get $u) (i32.const 5)))
        (local.set $v (i32.shl (local.get $v) (i32.const 5)))
        (local.set $sum
          (i64.add (local.get $sum)
            (i64.add
              (i64.add
                (i64.load offset=8 (i32.add (local.get $g) (local.get $u)))
                (i64.load (i32.add (local.get $h) (local.get $u))))
              (i64.add
                (i64.load offset=8 (i32.add (local.get $h) (local.get $v)))
                (i64.load (i32.add (local.get $g) (local.get $v)))))))
        (br $each)))
    (global.set $then (local.get $sum))
    ;; A pair left out is no matter of ties, wherever it is counted.
    (if (i64.gt_s (local.get $sum) (i64.shr_s (global.get $broken) (i64.const 1)))
      (then (global.set $first (i64.add (global.get $first) (local.get $sum)))))
    (if (global.get $words)
      (then (call $by_rules (local.get $a) (local.get $b) (local.get $c) (i32.const 0)))))

  ;; Make the swap weighed last, and keep the seats where none were better.
  (func $swap (param $a i32) (param $b i32) (param $c i32)
    (local $g i32) (local $h i32) (local $u i32) (local $v i32) (local $x i32)
    (if (global.get $words)
      (then (call $by_rules (local.get $a) (local.get $b) (local.get $c) (i32.const 1))))
    (local.set $g (i32.load (call $at (local.get $a) (local.get $c))))
    (local.set $h (i32.load (call $at (local.get $b) (local.get $c))))
    (loop $each
      (local.set $u (i32.load (call $at (local.get $a) (local.get $x))))
      (local.set $v (i32.load (call $at (local.get $b) (local.get $x))))
      (if (i32.and (i32.ne (local.get $x) (local.get $c)) (i32.ne (local.get $u) (local.get $v)))
        (then
          (call $count_both (local.get $g) (local.get $u) (i64.const -1))
          (call $count_both (local.get $h) (local.get $u) (i64.const 1))
          (call $count_both (local.get $h) (local.get $v) (i64.const -1))
          (call $count_both (local.get $g) (local.get $v) (i64.const 1))))
      (local.set $x (i32.add (local.get $x) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $x) (global.get $width))))
    (i32.store (call $at (local.get $a) (local.get $c)) (local.get $h))
    (i32.store (call $at (local.get $b) (local.get $c)) (local.get $g))
    (global.set $total_first (i64.add (global.get $total_first) (global.get $first)))
    (global.set $total_then (i64.add (global.get $total_then) (global.get $then)))
    (if
      (i32.or
        (i64.lt_s (global.get $total_first) (global.get $best_first))
        (i32.and
          (i64.eq (global.get $total_first) (global.get $best_first))
          (i64.lt_s (global.get $total_then) (global.get $best_then))))
      (then (call $keep))))

  (func $keep (export "keep")
    (global.set $best_first (global.get $total_first))
    (global.set $best_then (global.get $total_then))
    (memory.copy (global.get $best) (global.get $seats) (call $size)))

  (func $size (result i32)
    (i32.shl (i32.mul (global.get $people) (global.get $width)) (i32.const 2)))

  ;; Try `moves` random swaps at one temperature (Metropolis). A swap that costs more is made if
  ;; the cost is below temperature times an exponential draw. `weight` is what counts first beside
  ;; what breaks ties; with 0 what counts first may never grow.
  (func (export "anneal") (param $moves i32) (param $temperature i64) (param $weight i64)
    (local $r i64) (local $c i32) (local $list i32) (local $m i64) (local $a i32) (local $b i32)
    (local $limit i64)
    (loop $each
      (global.set $random
        (i64.xor (global.get $random) (i64.shl (global.get $random) (i64.const 13))))
      (global.set $random
        (i64.xor (global.get $random) (i64.shr_u (global.get $random) (i64.const 7))))
      (global.set $random
        (i64.xor (global.get $random) (i64.shl (global.get $random) (i64.const 17))))
      (local.set $r (i64.mul (global.get $random) (i64.const 0x2545F4914F6CDD1D)))
      (local.set $c
        (i32.load
          (i32.add (global.get $movable)
            (i32.shl
              (i32.shr_u
                (i32.mul (i32.wrap_i64 (i64.and (local.get $r) (i64.const 0xFFFF)))
                  (global.get $movables))
                (i32.const 16))
              (i32.const 2)))))
      (local.set $list
        (i32.add (global.get $free)
          (i32.shl
            (i32.mul (local.get $c) (i32.add (global.get $people) (i32.const 1)))
            (i32.const 2))))
      (local.set $m (i64.load32_u (local.get $list)))
      (local.set $a
        (i32.load offset=4
          (i32.add (local.get $list)
            (i32.shl
              (i32.wrap_i64
                (i64.shr_u
                  (i64.mul (i64.shr_u (local.get $r) (i64.const 40)) (local.get $m))
                  (i64.const 24)))
              (i32.const 2)))))
      (local.set $b
        (i32.load offset=4
          (i32.add (local.get $list)
            (i32.shl
              (i32.wrap_i64
                (i64.shr_u
                  (i64.mul
                    (i64.and (i64.shr_u (local.get $r) (i64.const 16)) (i64.const 0xFFFFFF))
                    (local.get $m))
                  (i64.const 24)))
              (i32.const 2)))))
      (if
        (i32.ne
          (i32.load (call $at (local.get $a) (local.get $c)))
          (i32.load (call $at (local.get $b) (local.get $c))))
        (then
          (call $weigh (local.get $a) (local.get $b) (local.get $c))
          (local.set $limit
            (i64.shr_u
              (i64.mul (local.get $temperature)
                (i64.load32_u
                  (i32.add (global.get $noise)
                    (i32.shl
                      (i32.wrap_i64
                        (i64.and (i64.shr_u (global.get $random) (i64.const 9))
                          (i64.const 1023)))
                      (i32.const 2)))))
              (i64.const 16)))
          (if
            (if (result i32) (i64.eqz (local.get $weight))
              (then
                (i32.or
                  (i64.lt_s (global.get $first) (i64.const 0))
                  (i32.and (i64.eqz (global.get $first))
                    (i64.le_s (global.get $then) (local.get $limit)))))
              (else
                (i64.le_s
                  (i64.add (i64.mul (global.get $first) (local.get $weight))
                    (global.get $then))
                  (local.get $limit))))
            (then (call $swap (local.get $a) (local.get $b) (local.get $c))))))
      (local.set $moves (i32.sub (local.get $moves) (i32.const 1)))
      (br_if $each (local.get $moves))))

  ;; Whether a swap that costs nothing gives an earlier list of seats. Only the two profiles
  ;; change, so it does when the smaller group goes to the seat whose other groups come first.
  (func $is_earlier (param $a i32) (param $b i32) (param $c i32) (result i32)
    (local $x i32) (local $u i32) (local $v i32)
    (loop $each
      (local.set $u (i32.load (call $at (local.get $a) (local.get $x))))
      (local.set $v (i32.load (call $at (local.get $b) (local.get $x))))
      (if (i32.and (i32.ne (local.get $x) (local.get $c)) (i32.ne (local.get $u) (local.get $v)))
        (then
          (return
            (i32.eq
              (i32.lt_u
                (i32.load (call $at (local.get $a) (local.get $c)))
                (i32.load (call $at (local.get $b) (local.get $c))))
              (i32.lt_u (local.get $v) (local.get $u))))))
      (local.set $x (i32.add (local.get $x) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $x) (global.get $width))))
    (i32.const 0))

  ;; Go through every swap of a characteristic, in order, and make those that cost less, or
  ;; nothing and give an earlier list of seats. Returns how many were made.
  (func (export "settle") (param $c i32) (result i32)
    (local $list i32) (local $end i32) (local $i i32) (local $j i32) (local $a i32) (local $b i32)
    (local $made i32)
    (local.set $list
      (i32.add (global.get $free)
        (i32.shl
          (i32.mul (local.get $c) (i32.add (global.get $people) (i32.const 1)))
          (i32.const 2))))
    (local.set $end
      (i32.add (local.get $list) (i32.shl (i32.load (local.get $list)) (i32.const 2))))
    (local.set $i (local.get $list))
    (block $done
      (loop $rows
        (local.set $i (i32.add (local.get $i) (i32.const 4)))
        (br_if $done (i32.ge_u (local.get $i) (local.get $end)))
        (local.set $j (local.get $i))
        (loop $columns
          (local.set $j (i32.add (local.get $j) (i32.const 4)))
          (local.set $a (i32.load (local.get $i)))
          (local.set $b (i32.load (local.get $j)))
          (if
            (i32.ne
              (i32.load (call $at (local.get $a) (local.get $c)))
              (i32.load (call $at (local.get $b) (local.get $c))))
            (then
              (call $weigh (local.get $a) (local.get $b) (local.get $c))
              (if
                (if (result i32)
                  (i64.eqz (i64.or (global.get $first) (global.get $then)))
                  (then (call $is_earlier (local.get $a) (local.get $b) (local.get $c)))
                  (else
                    (i32.or
                      (i64.lt_s (global.get $first) (i64.const 0))
                      (i32.and (i64.eqz (global.get $first))
                        (i64.lt_s (global.get $then) (i64.const 0))))))
                (then
                  (call $swap (local.get $a) (local.get $b) (local.get $c))
                  (local.set $made (i32.add (local.get $made) (i32.const 1)))))))
          (br_if $columns (i32.lt_u (local.get $j) (local.get $end))))
        (br $rows)))
    (local.get $made)))
