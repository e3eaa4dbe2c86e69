/** The underlay on Netty, over loopback. */
package io.overlane.tun.netty;
