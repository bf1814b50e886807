/* TEXTMETRIC, of the selected font or of one that is enumerated; see font_metrics.c. */
#ifndef WINDLASS_FONT_METRICS_H
#define WINDLASS_FONT_METRICS_H

#include "fonts.h"

typedef struct {
    LONG tmHeight, tmAscent, tmDescent, tmInternalLeading, tmExternalLeading, tmAveCharWidth, tmMaxCharWidth, tmWeight, tmOverhang,
        tmDigitizedAspectX, tmDigitizedAspectY;
    WCHAR tmFirstChar, tmLastChar, tmDefaultChar, tmBreakChar;
    BYTE tmItalic, tmUnderlined, tmStruckOut, tmPitchAndFamily, tmCharSet;
} TEXTMETRICW;

typedef struct {
    LONG tmHeight, tmAscent, tmDescent, tmInternalLeading, tmExternalLeading, tmAveCharWidth, tmMaxCharWidth, tmWeight, tmOverhang,
        tmDigitizedAspectX, tmDigitizedAspectY;
    BYTE tmFirstChar, tmLastChar, tmDefaultChar, tmBreakChar;
    BYTE tmItalic, tmUnderlined, tmStruckOut, tmPitchAndFamily, tmCharSet;
} TEXTMETRICA;

/* With the fonts' lock held. */
void text_metric_of(const struct scaled_font *font, TEXTMETRICW *metric);
void text_metric_to_ansi(const TEXTMETRICW *wide, TEXTMETRICA *narrow);

#endif
