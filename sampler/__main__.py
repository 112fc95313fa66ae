"""`python -m sampler`: the same as the command `sampler`."""

from sampler.cli import main

if __name__ == "__main__":
    main()
