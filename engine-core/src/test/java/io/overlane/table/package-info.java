/** The table against a map, against its limits, and under readers. */
package io.overlane.table;
