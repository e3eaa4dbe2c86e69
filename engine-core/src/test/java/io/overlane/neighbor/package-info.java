/** Addresses per segment. */
package io.overlane.neighbor;
