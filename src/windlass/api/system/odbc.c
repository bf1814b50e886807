/* odbc32: the driver manager is the host's, unixODBC. Its functions have the same parameters, its wide characters are
 * UTF-16 and its SQLLEN has 64 bits too, so that each call goes through as it is. Data sources and drivers are those of
 * the host (odbc.ini, odbcinst.ini); a Windows driver's DLL is not loaded ("ODBC API Reference"). */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "api.h"

typedef SHORT SQLRETURN, SQLSMALLINT;
typedef USHORT SQLUSMALLINT;
typedef LONG SQLINTEGER;
typedef LONGLONG SQLLEN, SQLSETPOSIROW;
typedef ULONGLONG SQLULEN;
typedef PVOID SQLHANDLE, SQLHENV, SQLHDBC, SQLHSTMT, SQLHDESC, SQLPOINTER, SQLHWND;
typedef void SQLTCHAR; /* char or WCHAR by the function's last letter */

enum { SQL_ERROR = -1 };

static void *driver_manager;

static void open_driver_manager(void) {
    driver_manager = dlopen("libodbc.so.2", RTLD_NOW | RTLD_LOCAL);
    if (!driver_manager)
        fprintf(stderr, "windlass: ODBC needs unixODBC, and there is no libodbc.so.2 here\n");
}

static void *host_function(const char *name) {
    static pthread_once_t opened = PTHREAD_ONCE_INIT;
    pthread_once(&opened, open_driver_manager);
    return driver_manager ? dlsym(driver_manager, name) : NULL;
}

#define LIST(...) __VA_ARGS__

/* FORWARD(name, (parameters), (their names)); FORWARD_TEXT: also the names that end in A and W. */
#define FORWARD(name_, declared_, passed_)                                                     \
    API(odbc32, SQLRETURN, name_, LIST declared_) {                                            \
        SQLRETURN (*host)(LIST declared_) = host_function(#name_);                             \
        return host ? host passed_ : SQL_ERROR;                                                \
    }
#define FORWARD_TEXT(name_, declared_, passed_)                                                \
    FORWARD(name_, declared_, passed_)                                                         \
    FORWARD(name_##A, declared_, passed_)                                                      \
    FORWARD(name_##W, declared_, passed_)

/* ---- handles ---- */

FORWARD(SQLAllocHandle, (SQLSMALLINT type, SQLHANDLE input, SQLHANDLE *output), (type, input, output))
FORWARD(SQLAllocHandleStd, (SQLSMALLINT type, SQLHANDLE input, SQLHANDLE *output), (type, input, output))
FORWARD(SQLAllocEnv, (SQLHENV *environment), (environment))
FORWARD(SQLAllocConnect, (SQLHENV environment, SQLHDBC *connection), (environment, connection))
FORWARD(SQLAllocStmt, (SQLHDBC connection, SQLHSTMT *statement), (connection, statement))
FORWARD(SQLFreeHandle, (SQLSMALLINT type, SQLHANDLE handle), (type, handle))
FORWARD(SQLFreeEnv, (SQLHENV environment), (environment))
FORWARD(SQLFreeConnect, (SQLHDBC connection), (connection))
FORWARD(SQLFreeStmt, (SQLHSTMT statement, SQLUSMALLINT option), (statement, option))

/* ---- attributes ---- */

FORWARD(SQLGetEnvAttr, (SQLHENV environment, SQLINTEGER attribute, SQLPOINTER value, SQLINTEGER size, SQLINTEGER *length),
        (environment, attribute, value, size, length))
FORWARD(SQLSetEnvAttr, (SQLHENV environment, SQLINTEGER attribute, SQLPOINTER value, SQLINTEGER length),
        (environment, attribute, value, length))
FORWARD_TEXT(SQLGetConnectAttr,
             (SQLHDBC connection, SQLINTEGER attribute, SQLPOINTER value, SQLINTEGER size, SQLINTEGER *length),
             (connection, attribute, value, size, length))
FORWARD_TEXT(SQLSetConnectAttr, (SQLHDBC connection, SQLINTEGER attribute, SQLPOINTER value, SQLINTEGER length),
             (connection, attribute, value, length))
FORWARD_TEXT(SQLGetConnectOption, (SQLHDBC connection, SQLUSMALLINT option, SQLPOINTER value), (connection, option, value))
FORWARD_TEXT(SQLSetConnectOption, (SQLHDBC connection, SQLUSMALLINT option, SQLULEN value), (connection, option, value))
FORWARD_TEXT(SQLGetStmtAttr,
             (SQLHSTMT statement, SQLINTEGER attribute, SQLPOINTER value, SQLINTEGER size, SQLINTEGER *length),
             (statement, attribute, value, size, length))
FORWARD_TEXT(SQLSetStmtAttr, (SQLHSTMT statement, SQLINTEGER attribute, SQLPOINTER value, SQLINTEGER length),
             (statement, attribute, value, length))
FORWARD(SQLGetStmtOption, (SQLHSTMT statement, SQLUSMALLINT option, SQLPOINTER value), (statement, option, value))
FORWARD(SQLSetStmtOption, (SQLHSTMT statement, SQLUSMALLINT option, SQLULEN value), (statement, option, value))
FORWARD(SQLSetScrollOptions,
        (SQLHSTMT statement, SQLUSMALLINT concurrency, SQLLEN keyset_size, SQLUSMALLINT row_count),
        (statement, concurrency, keyset_size, row_count))

/* ---- connections ---- */

FORWARD_TEXT(SQLConnect,
             (SQLHDBC connection, SQLTCHAR *server, SQLSMALLINT server_length, SQLTCHAR *user, SQLSMALLINT user_length,
              SQLTCHAR *password, SQLSMALLINT password_length),
             (connection, server, server_length, user, user_length, password, password_length))
FORWARD_TEXT(SQLDriverConnect,
             (SQLHDBC connection, SQLHWND window, SQLTCHAR *input, SQLSMALLINT input_length, SQLTCHAR *output,
              SQLSMALLINT output_size, SQLSMALLINT *output_length, SQLUSMALLINT completion),
             (connection, window, input, input_length, output, output_size, output_length, completion))
FORWARD_TEXT(SQLBrowseConnect,
             (SQLHDBC connection, SQLTCHAR *input, SQLSMALLINT input_length, SQLTCHAR *output, SQLSMALLINT output_size,
              SQLSMALLINT *output_length),
             (connection, input, input_length, output, output_size, output_length))
FORWARD(SQLDisconnect, (SQLHDBC connection), (connection))
FORWARD_TEXT(SQLDataSources,
             (SQLHENV environment, SQLUSMALLINT direction, SQLTCHAR *server, SQLSMALLINT server_size,
              SQLSMALLINT *server_length, SQLTCHAR *description, SQLSMALLINT description_size,
              SQLSMALLINT *description_length),
             (environment, direction, server, server_size, server_length, description, description_size,
              description_length))
FORWARD_TEXT(SQLDrivers,
             (SQLHENV environment, SQLUSMALLINT direction, SQLTCHAR *description, SQLSMALLINT description_size,
              SQLSMALLINT *description_length, SQLTCHAR *attributes, SQLSMALLINT attributes_size,
              SQLSMALLINT *attributes_length),
             (environment, direction, description, description_size, description_length, attributes, attributes_size,
              attributes_length))
FORWARD_TEXT(SQLGetInfo,
             (SQLHDBC connection, SQLUSMALLINT kind, SQLPOINTER value, SQLSMALLINT size, SQLSMALLINT *length),
             (connection, kind, value, size, length))
FORWARD(SQLGetFunctions, (SQLHDBC connection, SQLUSMALLINT function, SQLUSMALLINT *supported),
        (connection, function, supported))
FORWARD(SQLEndTran, (SQLSMALLINT type, SQLHANDLE handle, SQLSMALLINT completion), (type, handle, completion))
FORWARD(SQLTransact, (SQLHENV environment, SQLHDBC connection, SQLUSMALLINT completion),
        (environment, connection, completion))

/* ---- statements ---- */

FORWARD_TEXT(SQLPrepare, (SQLHSTMT statement, SQLTCHAR *text, SQLINTEGER length), (statement, text, length))
FORWARD_TEXT(SQLExecDirect, (SQLHSTMT statement, SQLTCHAR *text, SQLINTEGER length), (statement, text, length))
FORWARD(SQLExecute, (SQLHSTMT statement), (statement))
FORWARD_TEXT(SQLNativeSql,
             (SQLHDBC connection, SQLTCHAR *input, SQLINTEGER input_length, SQLTCHAR *output, SQLINTEGER output_size,
              SQLINTEGER *output_length),
             (connection, input, input_length, output, output_size, output_length))
FORWARD(SQLCancel, (SQLHSTMT statement), (statement))
FORWARD(SQLCancelHandle, (SQLSMALLINT type, SQLHANDLE handle), (type, handle))
FORWARD_TEXT(SQLGetCursorName,
             (SQLHSTMT statement, SQLTCHAR *name, SQLSMALLINT size, SQLSMALLINT *length), (statement, name, size, length))
FORWARD_TEXT(SQLSetCursorName, (SQLHSTMT statement, SQLTCHAR *name, SQLSMALLINT length), (statement, name, length))
FORWARD(SQLCloseCursor, (SQLHSTMT statement), (statement))

FORWARD(SQLNumParams, (SQLHSTMT statement, SQLSMALLINT *count), (statement, count))
FORWARD(SQLDescribeParam,
        (SQLHSTMT statement, SQLUSMALLINT number, SQLSMALLINT *type, SQLULEN *size, SQLSMALLINT *digits,
         SQLSMALLINT *nullable),
        (statement, number, type, size, digits, nullable))
FORWARD(SQLBindParameter,
        (SQLHSTMT statement, SQLUSMALLINT number, SQLSMALLINT direction, SQLSMALLINT value_type,
         SQLSMALLINT parameter_type, SQLULEN column_size, SQLSMALLINT digits, SQLPOINTER value, SQLLEN size, SQLLEN *length),
        (statement, number, direction, value_type, parameter_type, column_size, digits, value, size, length))
FORWARD(SQLBindParam,
        (SQLHSTMT statement, SQLUSMALLINT number, SQLSMALLINT value_type, SQLSMALLINT parameter_type, SQLULEN precision,
         SQLSMALLINT scale, SQLPOINTER value, SQLLEN *length),
        (statement, number, value_type, parameter_type, precision, scale, value, length))
FORWARD(SQLSetParam,
        (SQLHSTMT statement, SQLUSMALLINT number, SQLSMALLINT value_type, SQLSMALLINT parameter_type, SQLULEN precision,
         SQLSMALLINT scale, SQLPOINTER value, SQLLEN *length),
        (statement, number, value_type, parameter_type, precision, scale, value, length))
FORWARD(SQLParamOptions, (SQLHSTMT statement, SQLULEN rows, SQLULEN *current), (statement, rows, current))
FORWARD(SQLParamData, (SQLHSTMT statement, SQLPOINTER *value), (statement, value))
FORWARD(SQLPutData, (SQLHSTMT statement, SQLPOINTER data, SQLLEN length), (statement, data, length))

/* ---- results ---- */

FORWARD(SQLNumResultCols, (SQLHSTMT statement, SQLSMALLINT *count), (statement, count))
FORWARD(SQLRowCount, (SQLHSTMT statement, SQLLEN *count), (statement, count))
FORWARD(SQLMoreResults, (SQLHSTMT statement), (statement))
FORWARD_TEXT(SQLDescribeCol,
             (SQLHSTMT statement, SQLUSMALLINT number, SQLTCHAR *name, SQLSMALLINT name_size, SQLSMALLINT *name_length,
              SQLSMALLINT *type, SQLULEN *size, SQLSMALLINT *digits, SQLSMALLINT *nullable),
             (statement, number, name, name_size, name_length, type, size, digits, nullable))
FORWARD_TEXT(SQLColAttribute,
             (SQLHSTMT statement, SQLUSMALLINT number, SQLUSMALLINT field, SQLPOINTER text, SQLSMALLINT size,
              SQLSMALLINT *length, SQLLEN *value),
             (statement, number, field, text, size, length, value))
FORWARD_TEXT(SQLColAttributes,
             (SQLHSTMT statement, SQLUSMALLINT number, SQLUSMALLINT field, SQLPOINTER text, SQLSMALLINT size,
              SQLSMALLINT *length, SQLLEN *value),
             (statement, number, field, text, size, length, value))
FORWARD(SQLBindCol,
        (SQLHSTMT statement, SQLUSMALLINT number, SQLSMALLINT type, SQLPOINTER value, SQLLEN size, SQLLEN *length),
        (statement, number, type, value, size, length))
FORWARD(SQLFetch, (SQLHSTMT statement), (statement))
FORWARD(SQLFetchScroll, (SQLHSTMT statement, SQLSMALLINT orientation, SQLLEN offset), (statement, orientation, offset))
FORWARD(SQLExtendedFetch,
        (SQLHSTMT statement, SQLUSMALLINT orientation, SQLLEN offset, SQLULEN *row_count, SQLUSMALLINT *row_status),
        (statement, orientation, offset, row_count, row_status))
FORWARD(SQLGetData,
        (SQLHSTMT statement, SQLUSMALLINT number, SQLSMALLINT type, SQLPOINTER value, SQLLEN size, SQLLEN *length),
        (statement, number, type, value, size, length))
FORWARD(SQLSetPos, (SQLHSTMT statement, SQLSETPOSIROW row, SQLUSMALLINT operation, SQLUSMALLINT lock),
        (statement, row, operation, lock))
FORWARD(SQLBulkOperations, (SQLHSTMT statement, SQLSMALLINT operation), (statement, operation))

/* ---- catalogs ---- */

FORWARD_TEXT(SQLTables,
             (SQLHSTMT statement, SQLTCHAR *catalog, SQLSMALLINT catalog_length, SQLTCHAR *schema,
              SQLSMALLINT schema_length, SQLTCHAR *table, SQLSMALLINT table_length, SQLTCHAR *type,
              SQLSMALLINT type_length),
             (statement, catalog, catalog_length, schema, schema_length, table, table_length, type, type_length))
FORWARD_TEXT(SQLColumns,
             (SQLHSTMT statement, SQLTCHAR *catalog, SQLSMALLINT catalog_length, SQLTCHAR *schema,
              SQLSMALLINT schema_length, SQLTCHAR *table, SQLSMALLINT table_length, SQLTCHAR *column,
              SQLSMALLINT column_length),
             (statement, catalog, catalog_length, schema, schema_length, table, table_length, column, column_length))
FORWARD_TEXT(SQLColumnPrivileges,
             (SQLHSTMT statement, SQLTCHAR *catalog, SQLSMALLINT catalog_length, SQLTCHAR *schema,
              SQLSMALLINT schema_length, SQLTCHAR *table, SQLSMALLINT table_length, SQLTCHAR *column,
              SQLSMALLINT column_length),
             (statement, catalog, catalog_length, schema, schema_length, table, table_length, column, column_length))
FORWARD_TEXT(SQLTablePrivileges,
             (SQLHSTMT statement, SQLTCHAR *catalog, SQLSMALLINT catalog_length, SQLTCHAR *schema,
              SQLSMALLINT schema_length, SQLTCHAR *table, SQLSMALLINT table_length),
             (statement, catalog, catalog_length, schema, schema_length, table, table_length))
FORWARD_TEXT(SQLPrimaryKeys,
             (SQLHSTMT statement, SQLTCHAR *catalog, SQLSMALLINT catalog_length, SQLTCHAR *schema,
              SQLSMALLINT schema_length, SQLTCHAR *table, SQLSMALLINT table_length),
             (statement, catalog, catalog_length, schema, schema_length, table, table_length))
FORWARD_TEXT(SQLForeignKeys,
             (SQLHSTMT statement, SQLTCHAR *catalog, SQLSMALLINT catalog_length, SQLTCHAR *schema,
              SQLSMALLINT schema_length, SQLTCHAR *table, SQLSMALLINT table_length, SQLTCHAR *foreign_catalog,
              SQLSMALLINT foreign_catalog_length, SQLTCHAR *foreign_schema, SQLSMALLINT foreign_schema_length,
              SQLTCHAR *foreign_table, SQLSMALLINT foreign_table_length),
             (statement, catalog, catalog_length, schema, schema_length, table, table_length, foreign_catalog,
              foreign_catalog_length, foreign_schema, foreign_schema_length, foreign_table, foreign_table_length))
FORWARD_TEXT(SQLProcedures,
             (SQLHSTMT statement, SQLTCHAR *catalog, SQLSMALLINT catalog_length, SQLTCHAR *schema,
              SQLSMALLINT schema_length, SQLTCHAR *procedure, SQLSMALLINT procedure_length),
             (statement, catalog, catalog_length, schema, schema_length, procedure, procedure_length))
FORWARD_TEXT(SQLProcedureColumns,
             (SQLHSTMT statement, SQLTCHAR *catalog, SQLSMALLINT catalog_length, SQLTCHAR *schema,
              SQLSMALLINT schema_length, SQLTCHAR *procedure, SQLSMALLINT procedure_length, SQLTCHAR *column,
              SQLSMALLINT column_length),
             (statement, catalog, catalog_length, schema, schema_length, procedure, procedure_length, column,
              column_length))
FORWARD_TEXT(SQLSpecialColumns,
             (SQLHSTMT statement, SQLUSMALLINT kind, SQLTCHAR *catalog, SQLSMALLINT catalog_length, SQLTCHAR *schema,
              SQLSMALLINT schema_length, SQLTCHAR *table, SQLSMALLINT table_length, SQLUSMALLINT scope,
              SQLUSMALLINT nullable),
             (statement, kind, catalog, catalog_length, schema, schema_length, table, table_length, scope, nullable))
FORWARD_TEXT(SQLStatistics,
             (SQLHSTMT statement, SQLTCHAR *catalog, SQLSMALLINT catalog_length, SQLTCHAR *schema,
              SQLSMALLINT schema_length, SQLTCHAR *table, SQLSMALLINT table_length, SQLUSMALLINT unique,
              SQLUSMALLINT accuracy),
             (statement, catalog, catalog_length, schema, schema_length, table, table_length, unique, accuracy))
FORWARD_TEXT(SQLGetTypeInfo, (SQLHSTMT statement, SQLSMALLINT type), (statement, type))

/* ---- descriptors ---- */

FORWARD_TEXT(SQLGetDescField,
             (SQLHDESC descriptor, SQLSMALLINT number, SQLSMALLINT field, SQLPOINTER value, SQLINTEGER size,
              SQLINTEGER *length),
             (descriptor, number, field, value, size, length))
FORWARD_TEXT(SQLSetDescField,
             (SQLHDESC descriptor, SQLSMALLINT number, SQLSMALLINT field, SQLPOINTER value, SQLINTEGER length),
             (descriptor, number, field, value, length))
FORWARD_TEXT(SQLGetDescRec,
             (SQLHDESC descriptor, SQLSMALLINT number, SQLTCHAR *name, SQLSMALLINT size, SQLSMALLINT *length,
              SQLSMALLINT *type, SQLSMALLINT *subtype, SQLLEN *octets, SQLSMALLINT *precision, SQLSMALLINT *scale,
              SQLSMALLINT *nullable),
             (descriptor, number, name, size, length, type, subtype, octets, precision, scale, nullable))
FORWARD(SQLSetDescRec,
        (SQLHDESC descriptor, SQLSMALLINT number, SQLSMALLINT type, SQLSMALLINT subtype, SQLLEN octets,
         SQLSMALLINT precision, SQLSMALLINT scale, SQLPOINTER data, SQLLEN *length, SQLLEN *indicator),
        (descriptor, number, type, subtype, octets, precision, scale, data, length, indicator))
FORWARD(SQLCopyDesc, (SQLHDESC source, SQLHDESC target), (source, target))

/* ---- errors ---- */

FORWARD_TEXT(SQLError,
             (SQLHENV environment, SQLHDBC connection, SQLHSTMT statement, SQLTCHAR *state, SQLINTEGER *native,
              SQLTCHAR *text, SQLSMALLINT size, SQLSMALLINT *length),
             (environment, connection, statement, state, native, text, size, length))
FORWARD_TEXT(SQLGetDiagRec,
             (SQLSMALLINT type, SQLHANDLE handle, SQLSMALLINT number, SQLTCHAR *state, SQLINTEGER *native,
              SQLTCHAR *text, SQLSMALLINT size, SQLSMALLINT *length),
             (type, handle, number, state, native, text, size, length))
FORWARD_TEXT(SQLGetDiagField,
             (SQLSMALLINT type, SQLHANDLE handle, SQLSMALLINT number, SQLSMALLINT field, SQLPOINTER value,
              SQLSMALLINT size, SQLSMALLINT *length),
             (type, handle, number, field, value, size, length))
