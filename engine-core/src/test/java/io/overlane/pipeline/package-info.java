/** Every way of a frame through the engine, and where it ends. */
package io.overlane.pipeline;
