/** Tests of the native edge. Those that need devices run in a network namespace of their own. */
package io.overlane.tun;
