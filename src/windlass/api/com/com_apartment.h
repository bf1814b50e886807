/* The apartments of threads (com_apartment.c), and what is kept for them. */
#ifndef WINDLASS_COM_APARTMENT_H
#define WINDLASS_COM_APARTMENT_H

#include "com.h"

/* Whether the thread may use COM: it has initialised it, or another has the multi-threaded apartment. */
bool com_is_initialized(void);

/* Whether the thread is in a single-threaded apartment. */
bool com_is_single_threaded(void);

API_USE(HRESULT, CoGetApartmentType, int *, int *);

/* Tell the thread's spies (com_spy.c) of CoInitializeEx and CoUninitialize; `references` are the calls to be undone. */
void com_spies_before(DWORD model, DWORD references);
HRESULT com_spies_after(HRESULT result, DWORD model, DWORD references);
void com_spies_before_end(DWORD references);
void com_spies_after_end(DWORD references);

/* The thread leaves its apartment (com_context.c). */
void com_context_leave(void);

#endif
