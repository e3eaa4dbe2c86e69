/** Tests of {@link io.overlane.event}. */
package io.overlane.event;
