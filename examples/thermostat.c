/* A Windows program that needs thermo.dll, the driver of a vendor's thermometers; see thermometer.py. */
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    int raw;
    double celsius;
    char unit[8];
} Reading;
typedef int (*Alarm)(int sensor, double celsius);

__declspec(dllimport) void *OpenSensor(const char *name);
__declspec(dllimport) int ReadSensor(void *sensor, Reading *reading);
__declspec(dllimport) void CloseSensor(void *sensor);
__declspec(dllimport) int WatchSensors(double limit, Alarm alarm);
__declspec(dllimport) extern int sensor_count;

static int too_warm(int sensor, double celsius) {
    printf("sensor %d is too warm: %.1f\n", sensor, celsius);
    return 1;
}

int main(int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : "kitchen";
    void *sensor = OpenSensor(name);
    Reading reading;
    if (!sensor) {
        printf("there is no sensor in the %s\n", name);
        return 1;
    }
    if (ReadSensor(sensor, &reading))
        printf("%s: %.1f %s (raw %d), one of %d sensors\n", name, reading.celsius, reading.unit, reading.raw,
               sensor_count);
    CloseSensor(sensor);
    printf("%d alarms\n", WatchSensors(20.0, too_warm));
    return 0;
}
