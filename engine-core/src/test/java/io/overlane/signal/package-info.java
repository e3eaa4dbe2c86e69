/** Waiting and ringing, tried with threads. */
package io.overlane.signal;
