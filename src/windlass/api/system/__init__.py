"""The system: registry, services, versions, processors, power, devices."""
