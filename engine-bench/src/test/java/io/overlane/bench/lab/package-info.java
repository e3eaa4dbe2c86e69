/** Tests of the lab's report. */
package io.overlane.bench.lab;
