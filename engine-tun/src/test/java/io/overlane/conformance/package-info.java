/**
 * The mark of tests that prove a row of the conformance list, as engine-core's tests have it.
 */
package io.overlane.conformance;
