/** What a workbook may cost. A file beyond a limit is refused: it is damaged, or made to harm. */

const MiB = 1_048_576;

/** Entries of the archive, used or not. */
export const MAX_ENTRIES = 10_000;
/** Bytes of the archive's directory, which is held in memory. */
export const MAX_DIRECTORY_BYTES = 4 * MiB;
/** Unpacked bytes of a part that says where others are. */
export const MAX_INDEX_BYTES = 4 * MiB;
/** Unpacked bytes of the styles. */
export const MAX_STYLES_BYTES = 64 * MiB;
/** Unpacked bytes of the shared texts, tags included. */
export const MAX_TEXTS_BYTES = 256 * MiB;
/** Unpacked bytes of a sheet. One of a million rows and ten columns has half of that. */
export const MAX_SHEET_BYTES = 1_024 * MiB;
/** Unpacked bytes of all parts that are read. */
export const MAX_UNPACKED_BYTES = 1_536 * MiB;

/** Characters between two tags: a text, a comment, the attributes of one element. */
export const MAX_MARKUP_LENGTH = MiB;
/** Elements within each other. */
export const MAX_DEPTH = 64;
/** Attributes of an element. */
export const MAX_ATTRIBUTES = 256;

/** Bytes of all shared texts in UTF-8, which are held in memory. */
export const MAX_SHARED_BYTES = 64 * MiB;
export const MAX_SHARED_TEXTS = 2_000_000;
/** Styles of cells. Excel has no more than 65,490. */
export const MAX_STYLES = 100_000;

/** Rows that have a cell with content. */
export const MAX_ROWS = 1_000_000;
/** The highest row number that a spreadsheet has. */
export const MAX_ROW_NUMBER = 1_048_576;
/** The highest column number that a spreadsheet has. */
export const MAX_COLUMN_NUMBER = 16_384;
/** Columns with content. */
export const MAX_COLUMNS = 1_024;
/** Characters of a cell, as in Excel. */
export const MAX_CELL_LENGTH = 32_767;
/** Characters of a row's cells together. */
export const MAX_ROW_LENGTH = 131_072;
/** Characters of all cells together. Cells that share one text let a small file have many. */
export const MAX_TOTAL_LENGTH = 512 * MiB;
/** XML between the starts of two rows. */
export const MAX_ROW_XML = 4 * MiB;
