/** Tests of the frame builders: known bytes, and checksums summed a second way. */
package io.overlane.testdata;
