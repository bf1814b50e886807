"""Train a model on two OpenMP threads, with the LightGBM of the lightgbm package.

    windlass fetch lightgbm
    windlass fetch msvc-runtime
    windlass examples/boosting.py ~/.local/share/windlass/packages/lightgbm/lib_lightgbm.dll

The DLL needs Microsoft's C++ and OpenMP run-time libraries, which the second command gets. The script is an
ordinary one: in plain Python, it takes lib_lightgbm.so.
"""

# Runs on: lightgbm lib_lightgbm.dll lib_lightgbm.so
# Needs: msvc-runtime

import ctypes
import math
import sys
from ctypes import byref, c_char_p, c_double, c_float, c_int, c_int64, c_void_p

ROWS, COLUMNS = 2000, 4
FLOAT32 = 0
PARAMETERS = (
    b"objective=regression num_threads=2 num_leaves=15 learning_rate=0.2 min_data_in_leaf=20 "
    b"deterministic=true force_row_wise=true verbosity=-1 seed=1"
)

PROTOTYPES = {
    "LGBM_DatasetCreateFromMat": (c_void_p, c_int, c_int, c_int, c_int, c_char_p, c_void_p, c_void_p),
    "LGBM_DatasetSetField": (c_void_p, c_char_p, c_void_p, c_int, c_int),
    "LGBM_DatasetFree": (c_void_p,),
    "LGBM_BoosterCreate": (c_void_p, c_char_p, c_void_p),
    "LGBM_BoosterUpdateOneIter": (c_void_p, c_void_p),
    "LGBM_BoosterPredictForMat": (
        *(c_void_p, c_void_p, c_int, c_int, c_int, c_int, c_int, c_int, c_int, c_char_p),
        *(c_void_p, c_void_p),
    ),
    "LGBM_BoosterFree": (c_void_p,),
}


def load(path):
    """LightGBM with the prototypes of its functions; they raise what LightGBM reports."""
    library = ctypes.CDLL(path)
    library.LGBM_GetLastError.restype = c_char_p

    def check(status):
        if status:
            raise ValueError(library.LGBM_GetLastError().decode())

    for name, arguments in PROTOTYPES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = check, arguments
    return library


def make_rows():
    """Rows of small numbers that look random and are always the same."""
    state, rows = 1, []
    for _ in range(ROWS):
        row = []
        for _ in range(COLUMNS):
            state = (state * 1103515245 + 12345) % (1 << 31)
            row.append((state >> 16) % 17)
        rows.append(row)
    return rows


def main(path):
    library = load(path)
    rows = make_rows()
    wanted = [3 * a + b * b / 4 - (5 if c > 8 else 0) + d for a, b, c, d in rows]
    values = (c_float * (ROWS * COLUMNS))(*(value for row in rows for value in row))
    labels = (c_float * ROWS)(*wanted)

    data, model = c_void_p(), c_void_p()
    library.LGBM_DatasetCreateFromMat(values, FLOAT32, ROWS, COLUMNS, 1, PARAMETERS, None, byref(data))
    library.LGBM_DatasetSetField(data, b"label", labels, ROWS, FLOAT32)
    library.LGBM_BoosterCreate(data, PARAMETERS, byref(model))
    finished = c_int()
    for _ in range(60):
        library.LGBM_BoosterUpdateOneIter(model, byref(finished))

    results, length = (c_double * ROWS)(), c_int64()
    library.LGBM_BoosterPredictForMat(
        *(model, values, FLOAT32, ROWS, COLUMNS, 1, 0, 0, -1, b"num_threads=2"),
        *(byref(length), results),
    )
    error = math.sqrt(sum((a - b) ** 2 for a, b in zip(results, wanted)) / ROWS)
    print(f"{length.value} predictions, error {error:.4f}")
    for index in range(0, ROWS, 400):
        print(f"  wanted {wanted[index]:8.3f}  predicted {results[index]:8.3f}")
    library.LGBM_BoosterFree(model)
    library.LGBM_DatasetFree(data)

    try:
        library.LGBM_BoosterCreate(None, b"objective=nonsense", byref(model))
    except ValueError as error:
        print("an error:", error)


if __name__ == "__main__":
    main(sys.argv[1])
