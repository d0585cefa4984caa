"""The register: people, households, cycles, results; imports."""
