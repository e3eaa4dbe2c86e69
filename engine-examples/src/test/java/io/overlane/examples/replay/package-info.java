/** Tests of captures run through the engine. */
package io.overlane.examples.replay;
