// Written by scripts/console-files. The bytes are taken up by the compiler (C23, #embed).
#include "files.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file_0[] = {
#embed "../../hub/console/console.js"
};
static const unsigned char file_1[] = {
#embed "../../hub/console/icons.svg"
};
static const unsigned char file_2[] = {
#embed "../../hub/console/mark.svg"
};
static const unsigned char file_3[] = {
#embed "../../hub/console/strings/de.json"
};
static const unsigned char file_4[] = {
#embed "../../hub/console/strings/en.json"
};
static const unsigned char file_5[] = {
#embed "../../hub/console/style.css"
};
static const unsigned char file_6[] = {
#embed "../../hub/console/templates/alone.mustache"
};
static const unsigned char file_7[] = {
#embed "../../hub/console/templates/audit.mustache"
};
static const unsigned char file_8[] = {
#embed "../../hub/console/templates/brand.mustache"
};
static const unsigned char file_9[] = {
#embed "../../hub/console/templates/bulk.mustache"
};
static const unsigned char file_10[] = {
#embed "../../hub/console/templates/business-articles.mustache"
};
static const unsigned char file_11[] = {
#embed "../../hub/console/templates/business-row.mustache"
};
static const unsigned char file_12[] = {
#embed "../../hub/console/templates/business.mustache"
};
static const unsigned char file_13[] = {
#embed "../../hub/console/templates/conflict.mustache"
};
static const unsigned char file_14[] = {
#embed "../../hub/console/templates/conflicts.mustache"
};
static const unsigned char file_15[] = {
#embed "../../hub/console/templates/customer-apart.mustache"
};
static const unsigned char file_16[] = {
#embed "../../hub/console/templates/customer-then.mustache"
};
static const unsigned char file_17[] = {
#embed "../../hub/console/templates/customer.mustache"
};
static const unsigned char file_18[] = {
#embed "../../hub/console/templates/customers.mustache"
};
static const unsigned char file_19[] = {
#embed "../../hub/console/templates/decided.mustache"
};
static const unsigned char file_20[] = {
#embed "../../hub/console/templates/exchange-rows.mustache"
};
static const unsigned char file_21[] = {
#embed "../../hub/console/templates/exchanges.mustache"
};
static const unsigned char file_22[] = {
#embed "../../hub/console/templates/flow-counts.mustache"
};
static const unsigned char file_23[] = {
#embed "../../hub/console/templates/flow-field.mustache"
};
static const unsigned char file_24[] = {
#embed "../../hub/console/templates/flow.mustache"
};
static const unsigned char file_25[] = {
#embed "../../hub/console/templates/frame.mustache"
};
static const unsigned char file_26[] = {
#embed "../../hub/console/templates/history.mustache"
};
static const unsigned char file_27[] = {
#embed "../../hub/console/templates/marked.mustache"
};
static const unsigned char file_28[] = {
#embed "../../hub/console/templates/menu.mustache"
};
static const unsigned char file_29[] = {
#embed "../../hub/console/templates/message.mustache"
};
static const unsigned char file_30[] = {
#embed "../../hub/console/templates/order.mustache"
};
static const unsigned char file_31[] = {
#embed "../../hub/console/templates/overview.mustache"
};
static const unsigned char file_32[] = {
#embed "../../hub/console/templates/pair-table.mustache"
};
static const unsigned char file_33[] = {
#embed "../../hub/console/templates/password.mustache"
};
static const unsigned char file_34[] = {
#embed "../../hub/console/templates/people.mustache"
};
static const unsigned char file_35[] = {
#embed "../../hub/console/templates/proposals.mustache"
};
static const unsigned char file_36[] = {
#embed "../../hub/console/templates/quality-cells.mustache"
};
static const unsigned char file_37[] = {
#embed "../../hub/console/templates/quality-head.mustache"
};
static const unsigned char file_38[] = {
#embed "../../hub/console/templates/quality.mustache"
};
static const unsigned char file_39[] = {
#embed "../../hub/console/templates/refusal-detail.mustache"
};
static const unsigned char file_40[] = {
#embed "../../hub/console/templates/rule-examples.mustache"
};
static const unsigned char file_41[] = {
#embed "../../hub/console/templates/rules-form.mustache"
};
static const unsigned char file_42[] = {
#embed "../../hub/console/templates/rules-people.mustache"
};
static const unsigned char file_43[] = {
#embed "../../hub/console/templates/rules-policy-name.mustache"
};
static const unsigned char file_44[] = {
#embed "../../hub/console/templates/rules-policy.mustache"
};
static const unsigned char file_45[] = {
#embed "../../hub/console/templates/rules-refusals.mustache"
};
static const unsigned char file_46[] = {
#embed "../../hub/console/templates/rules-side.mustache"
};
static const unsigned char file_47[] = {
#embed "../../hub/console/templates/rules-trial.mustache"
};
static const unsigned char file_48[] = {
#embed "../../hub/console/templates/rules.mustache"
};
static const unsigned char file_49[] = {
#embed "../../hub/console/templates/sign-in.mustache"
};
static const unsigned char file_50[] = {
#embed "../../hub/console/templates/site-head.mustache"
};
static const unsigned char file_51[] = {
#embed "../../hub/console/templates/site-new.mustache"
};
static const unsigned char file_52[] = {
#embed "../../hub/console/templates/site-row.mustache"
};
static const unsigned char file_53[] = {
#embed "../../hub/console/templates/site.mustache"
};
static const unsigned char file_54[] = {
#embed "../../hub/console/templates/sites.mustache"
};
static const unsigned char file_55[] = {
#embed "../../hub/console/templates/stock-figures.mustache"
};
static const unsigned char file_56[] = {
#embed "../../hub/console/templates/stock-heard.mustache"
};
static const unsigned char file_57[] = {
#embed "../../hub/console/templates/stock-item.mustache"
};
static const unsigned char file_58[] = {
#embed "../../hub/console/templates/stock.mustache"
};

static const struct console_file files[] = {
    {"console.js", file_0, sizeof file_0},
    {"icons.svg", file_1, sizeof file_1},
    {"mark.svg", file_2, sizeof file_2},
    {"strings/de.json", file_3, sizeof file_3},
    {"strings/en.json", file_4, sizeof file_4},
    {"style.css", file_5, sizeof file_5},
    {"templates/alone.mustache", file_6, sizeof file_6},
    {"templates/audit.mustache", file_7, sizeof file_7},
    {"templates/brand.mustache", file_8, sizeof file_8},
    {"templates/bulk.mustache", file_9, sizeof file_9},
    {"templates/business-articles.mustache", file_10, sizeof file_10},
    {"templates/business-row.mustache", file_11, sizeof file_11},
    {"templates/business.mustache", file_12, sizeof file_12},
    {"templates/conflict.mustache", file_13, sizeof file_13},
    {"templates/conflicts.mustache", file_14, sizeof file_14},
    {"templates/customer-apart.mustache", file_15, sizeof file_15},
    {"templates/customer-then.mustache", file_16, sizeof file_16},
    {"templates/customer.mustache", file_17, sizeof file_17},
    {"templates/customers.mustache", file_18, sizeof file_18},
    {"templates/decided.mustache", file_19, sizeof file_19},
    {"templates/exchange-rows.mustache", file_20, sizeof file_20},
    {"templates/exchanges.mustache", file_21, sizeof file_21},
    {"templates/flow-counts.mustache", file_22, sizeof file_22},
    {"templates/flow-field.mustache", file_23, sizeof file_23},
    {"templates/flow.mustache", file_24, sizeof file_24},
    {"templates/frame.mustache", file_25, sizeof file_25},
    {"templates/history.mustache", file_26, sizeof file_26},
    {"templates/marked.mustache", file_27, sizeof file_27},
    {"templates/menu.mustache", file_28, sizeof file_28},
    {"templates/message.mustache", file_29, sizeof file_29},
    {"templates/order.mustache", file_30, sizeof file_30},
    {"templates/overview.mustache", file_31, sizeof file_31},
    {"templates/pair-table.mustache", file_32, sizeof file_32},
    {"templates/password.mustache", file_33, sizeof file_33},
    {"templates/people.mustache", file_34, sizeof file_34},
    {"templates/proposals.mustache", file_35, sizeof file_35},
    {"templates/quality-cells.mustache", file_36, sizeof file_36},
    {"templates/quality-head.mustache", file_37, sizeof file_37},
    {"templates/quality.mustache", file_38, sizeof file_38},
    {"templates/refusal-detail.mustache", file_39, sizeof file_39},
    {"templates/rule-examples.mustache", file_40, sizeof file_40},
    {"templates/rules-form.mustache", file_41, sizeof file_41},
    {"templates/rules-people.mustache", file_42, sizeof file_42},
    {"templates/rules-policy-name.mustache", file_43, sizeof file_43},
    {"templates/rules-policy.mustache", file_44, sizeof file_44},
    {"templates/rules-refusals.mustache", file_45, sizeof file_45},
    {"templates/rules-side.mustache", file_46, sizeof file_46},
    {"templates/rules-trial.mustache", file_47, sizeof file_47},
    {"templates/rules.mustache", file_48, sizeof file_48},
    {"templates/sign-in.mustache", file_49, sizeof file_49},
    {"templates/site-head.mustache", file_50, sizeof file_50},
    {"templates/site-new.mustache", file_51, sizeof file_51},
    {"templates/site-row.mustache", file_52, sizeof file_52},
    {"templates/site.mustache", file_53, sizeof file_53},
    {"templates/sites.mustache", file_54, sizeof file_54},
    {"templates/stock-figures.mustache", file_55, sizeof file_55},
    {"templates/stock-heard.mustache", file_56, sizeof file_56},
    {"templates/stock-item.mustache", file_57, sizeof file_57},
    {"templates/stock.mustache", file_58, sizeof file_58},
};

size_t console_file_count(void) { return sizeof files / sizeof files[0]; }
struct console_file console_file_at(size_t index) { return files[index]; }
