/**
 * Tests of how recordings are read.
 */
package io.overlane.testdata.kernel;
