/** The sums of the counters. */
package io.overlane.status;
