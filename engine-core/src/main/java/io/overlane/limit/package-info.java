/**
 * How much may happen in a time.
 */
package io.overlane.limit;
