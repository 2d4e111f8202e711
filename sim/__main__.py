"""The command line as a module: `python -m sim` is `permanence`."""

from sim.interfaces.start import main

if __name__ == "__main__":
    main()
