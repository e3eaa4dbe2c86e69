/**
 * Headers against golden bytes, cut short, against random bytes, and read by a decoder that is not ours.
 */
package io.overlane.wire;
