/*
 * The application beside the agent, for tests only: a process of its own that runs the SQL it is told on one
 * connection. In C on purpose: no tool, type or setting of the product stands between the SQL and the file.
 *
 *   TillProcess FILE
 *
 * A request is a line of standard input: one statement, or
 *
 *   .triggers on | off            all triggers of the file, for this connection
 *   .blob TABLE COLUMN ROWID      writes over the value's first byte through a blob handle, which no trigger sees
 *   .end
 *
 * Each but the last is answered by a line of standard output, its parts set apart by tabs:
 *
 *   ok     changes  with those of triggers  last rowid  in transaction (0, 1)  rows
 *   error  code     with those of triggers  last rowid  in transaction (0, 1)  message
 *
 * Rows are set apart by ";", values by ",": n | i<decimal> | r<bits> | t<bytes> | b<bytes>, bits and bytes in
 * hexadecimal, so that nothing about a value is lost on the way.
 */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void hex(FILE *out, const unsigned char *bytes, int count) {
    for (int i = 0; i < count; i++) fprintf(out, "%02x", bytes[i]);
}

static void value(FILE *out, sqlite3_stmt *row, int column) {
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER: fprintf(out, "i%" PRId64, (int64_t)sqlite3_column_int64(row, column)); break;
    case SQLITE_FLOAT: {
        double number = sqlite3_column_double(row, column);
        uint64_t bits;
        memcpy(&bits, &number, sizeof bits);
        fprintf(out, "r%016" PRIx64, bits);
        break;
    }
    case SQLITE_TEXT: {
        const unsigned char *text = sqlite3_column_text(row, column);
        fputc('t', out);
        hex(out, text, sqlite3_column_bytes(row, column));
        break;
    }
    case SQLITE_BLOB: {
        const unsigned char *blob = sqlite3_column_blob(row, column);
        fputc('b', out);
        hex(out, blob, sqlite3_column_bytes(row, column));
        break;
    }
    default: fputc('n', out);
    }
}

static int run(sqlite3 *db, const char *sql, FILE *rows) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    while (code == SQLITE_OK && statement && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int column = 0; column < sqlite3_column_count(statement); column++) {
            if (column) fputc(',', rows);
            value(rows, statement, column);
        }
        fputc(';', rows);
        code = SQLITE_OK;
    }
    int ended = sqlite3_finalize(statement);
    return code == SQLITE_DONE ? ended : code;
}

static int writeBlob(sqlite3 *db, const char *place) {
    char table[64], column[64];
    long long rowid;
    sqlite3_blob *blob = NULL;
    if (sscanf(place, "%63s %63s %lld", table, column, &rowid) != 3) return SQLITE_MISUSE;
    int code = sqlite3_blob_open(db, "main", table, column, rowid, 1, &blob);
    if (code == SQLITE_OK) code = sqlite3_blob_write(blob, "Z", 1, 0);
    int ended = sqlite3_blob_close(blob);
    return code == SQLITE_OK ? ended : code;
}

static int obey(sqlite3 *db, const char *line, FILE *rows) {
    if (strncmp(line, ".triggers ", 10) == 0) {
        return sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, strcmp(line + 10, "on") == 0, NULL);
    }
    return strncmp(line, ".blob ", 6) == 0 ? writeBlob(db, line + 6) : run(db, line, rows);
}

/* An answer begins with the outcome, so the rows before it are collected aside. */
static void answer(sqlite3 *db, const char *line) {
    char *text = NULL;
    size_t size = 0;
    FILE *rows = open_memstream(&text, &size);
    int before = sqlite3_total_changes(db);
    int code = obey(db, line, rows);
    fclose(rows);
    int changes = sqlite3_total_changes(db) - before;
    int isOpen = !sqlite3_get_autocommit(db);
    int64_t rowid = sqlite3_last_insert_rowid(db);
    if (code == SQLITE_OK) {
        printf("ok\t%d\t%d\t%" PRId64 "\t%d\t%s\n", sqlite3_changes(db), changes, rowid, isOpen, text);
    } else {
        printf("error\t%d\t%d\t%" PRId64 "\t%d\t%s\n", code, changes, rowid, isOpen, sqlite3_errmsg(db));
    }
    free(text);
}

int main(int count, char **arguments) {
    sqlite3 *db;
    if (count != 2 || sqlite3_open(arguments[1], &db) != SQLITE_OK) {
        fputs("TillProcess needs the path of a database file.\nIt is started by tests.\n", stderr);
        return 2;
    }
    sqlite3_extended_result_codes(db, 1);
    char *line = NULL;
    size_t space = 0;
    ssize_t length;
    while ((length = getline(&line, &space, stdin)) > 0) {
        if (line[length - 1] == '\n') line[length - 1] = 0;
        if (strcmp(line, ".end") == 0) break;
        answer(db, line);
        fflush(stdout);
    }
    free(line);
    sqlite3_close(db);
    return 0;
}
