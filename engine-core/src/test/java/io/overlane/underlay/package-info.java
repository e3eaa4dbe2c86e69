/** The network edge, tried over loopback and in memory. */
package io.overlane.underlay;
