const NUMBERS = [
  ...["+", "-", "*", "/", "//", "%", "**", "^", "&", "|", "<<", ">>", "xor", "mod", "add", "subtract", "multiply"],
  ...["abs", "ceil", "ceiling", "floor", "round", "round_even", "trunc", "sign", "sqrt", "cbrt", "exp", "ln", "log"],
  ...["log2", "log10", "pow", "power", "greatest", "least", "isnan", "isinf", "isfinite", "divide", "fdiv", "fmod"],
];

const TEXTS = [
  ...["||", "~~", "!~~", "~~*", "!~~*", "~~~", "!~~~", "~", "!~", "like_escape", "not_like_escape", "ilike_escape"],
  ...["not_ilike_escape", "lower", "lcase", "upper", "ucase", "trim", "ltrim", "rtrim", "length", "len", "strlen"],
  ...["char_length", "substr", "substring", "left", "right", "replace", "contains", "starts_with", "prefix", "suffix"],
  ...[
    "ends_with",
    "position",
    "instr",
    "strpos",
    "split_part",
    "concat",
    "reverse",
    "regexp_matches",
    "regexp_extract",
  ],
  ...["regexp_full_match", "regexp_replace", "lpad", "rpad", "nullif"],
];

const TIMES = [
  ...["date_part", "datepart", "date_trunc", "datetrunc", "date_diff", "datediff", "date_sub", "datesub", "epoch"],
  ...["epoch_ms", "year", "quarter", "month", "week", "weekofyear", "day", "dayofmonth", "dayofweek", "weekday"],
  ...["isodow", "dayofyear", "hour", "minute", "second", "millisecond", "to_years", "to_months", "to_weeks", "to_days"],
  ...["to_hours", "to_minutes", "to_seconds", "to_milliseconds", "dayname", "monthname", "make_date", "last_day"],
];

/** Functions and operators that see nothing but what they are given, and give the same for the same. */
export const FUNCTIONS: ReadonlySet<string> = new Set([...NUMBERS, ...TEXTS, ...TIMES]);

/** Functions of texts: a column that is given to one of them is read as texts. */
export const TEXT_FUNCTIONS: ReadonlySet<string> = new Set(TEXTS.filter((each) => each !== "nullif"));

/** Operators that are no functions. */
export const OPERATORS: ReadonlySet<string> = new Set([
  ...["OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE", "COMPARE_IN", "COMPARE_NOT_IN"],
]);

/** Types that a cell may be cast to. */
export const TYPES: ReadonlySet<string> = new Set([
  ...[
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
  ],
  ...["FLOAT", "DOUBLE", "DECIMAL", "VARCHAR", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS"],
  ...["TIMESTAMP_NS", "INTERVAL"],
]);
