/**
 * The settings of outer IP headers: the fields that are ours to choose, and what they take from the inner header.
 */
package io.overlane.outer;
