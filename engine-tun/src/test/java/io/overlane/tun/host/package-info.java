/** Tests of the host's configuration; the privileged ones run in a network namespace of their own. */
package io.overlane.tun.host;
