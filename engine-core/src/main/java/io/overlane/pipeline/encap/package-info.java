// SPDX-License-Identifier: Apache-2.0
/**
 * From a port to the underlay: looks up where each frame goes, writes the tunnel header, and queues datagrams until the
 * batch is sent. {@code VxlanEncapPath} carries the Ethernet frames of one port, {@code IpEncapPath} the packets of the
 * IP network. A path runs on the thread that polls its port.
 */
@NullMarked
package io.overlane.pipeline.encap;

import org.jspecify.annotations.NullMarked;
