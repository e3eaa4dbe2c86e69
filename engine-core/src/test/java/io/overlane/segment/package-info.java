/** The settings of a segment and its flood list. */
package io.overlane.segment;
