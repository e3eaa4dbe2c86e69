/**
 * The conformance list, row by row: each test carries {@link io.overlane.conformance.Conformance}, in this package or
 * any other, and {@code docs/conformance.md} is written from those annotations.
 */
package io.overlane.conformance;
