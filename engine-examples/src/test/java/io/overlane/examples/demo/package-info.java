/** Tests of the demo, and of the frames it numbers. */
package io.overlane.examples.demo;
