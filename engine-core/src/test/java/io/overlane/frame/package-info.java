/** Frames and their neighbours. */
package io.overlane.frame;
