/* Colours as hue, luminance and saturation, each from 0 to 240 ("ColorHLSToRGB function"). */
#include "api.h"

enum { RANGE = 240, FULL = 255, UNDEFINED_HUE = 160 };

static int channel(int low, int high, int hue) {
    hue = (hue + RANGE) % RANGE;
    if (hue < RANGE / 6)
        return low + ((high - low) * hue + RANGE / 12) / (RANGE / 6);
    if (hue < RANGE / 2)
        return high;
    if (hue < RANGE * 2 / 3)
        return low + ((high - low) * (RANGE * 2 / 3 - hue) + RANGE / 12) / (RANGE / 6);
    return low;
}

static DWORD scaled(int value) { return (DWORD)(value * FULL + RANGE / 2) / RANGE; }

API(shlwapi, DWORD, ColorHLSToRGB, WORD wHue, WORD wLuminance, WORD wSaturation) {
    if (!wSaturation) {
        DWORD grey = (DWORD)wLuminance * FULL / RANGE;
        return grey | grey << 8 | grey << 16;
    }
    int luminance = wLuminance, saturation = wSaturation, hue = wHue;
    int high = luminance <= RANGE / 2 ? (luminance * (RANGE + saturation) + RANGE / 2) / RANGE
                                      : luminance + saturation - (luminance * saturation + RANGE / 2) / RANGE;
    int low = 2 * luminance - high;
    return scaled(channel(low, high, hue + RANGE / 3)) | scaled(channel(low, high, hue)) << 8 |
           scaled(channel(low, high, hue - RANGE / 3)) << 16;
}

static int greatest(int a, int b, int c) { return a > b ? (a > c ? a : c) : b > c ? b : c; }

/* A sixth of the circle for each ordered pair of channels. */
static int hue_of(int red, int green, int blue, int high, int spread) {
    int from_red = ((high - red) * (RANGE / 6) + spread / 2) / spread;
    int from_green = ((high - green) * (RANGE / 6) + spread / 2) / spread;
    int from_blue = ((high - blue) * (RANGE / 6) + spread / 2) / spread;
    int hue = red == high ? from_blue - from_green
            : green == high ? RANGE / 3 + from_red - from_blue : RANGE * 2 / 3 + from_green - from_red;
    return (hue + RANGE) % RANGE;
}

API(shlwapi, void, ColorRGBToHLS, DWORD clrRGB, WORD *pwHue, WORD *pwLuminance, WORD *pwSaturation) {
    int red = clrRGB & 0xFF, green = clrRGB >> 8 & 0xFF, blue = clrRGB >> 16 & 0xFF;
    int high = greatest(red, green, blue), low = FULL - greatest(FULL - red, FULL - green, FULL - blue);
    int sum = high + low, spread = high - low;
    *pwLuminance = (WORD)((sum * RANGE + FULL) / (2 * FULL));
    *pwHue = UNDEFINED_HUE;
    *pwSaturation = 0;
    if (!spread)
        return;
    int limit = *pwLuminance <= RANGE / 2 ? sum : 2 * FULL - sum;
    *pwSaturation = (WORD)((spread * RANGE + limit / 2) / limit);
    *pwHue = (WORD)hue_of(red, green, blue, high, spread);
}

API(shlwapi, DWORD, ColorAdjustLuma, DWORD clrRGB, int n, BOOL fScale) {
    WORD hue, luminance, saturation;
    if (!n)
        return clrRGB;
    api_ColorRGBToHLS(clrRGB, &hue, &luminance, &saturation);
    int change = fScale ? (n > 0 ? RANGE - luminance : luminance) * n / 1000 : n * RANGE / 1000;
    int adjusted = luminance + change;
    adjusted = adjusted < 0 ? 0 : adjusted > RANGE ? RANGE : adjusted;
    return api_ColorHLSToRGB(hue, (WORD)adjusted, saturation);
}
