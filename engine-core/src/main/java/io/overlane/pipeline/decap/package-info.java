// SPDX-License-Identifier: Apache-2.0
/**
 * From the underlay to a port: checks each datagram, removes the tunnel header, and queues frames until the batch is
 * offered to their port. {@code VxlanDecapPath} carries Ethernet frames, {@code IpDecapPath} the packets of the IP
 * network. A path runs on the thread that polls its underlay.
 */
@NullMarked
package io.overlane.pipeline.decap;

import org.jspecify.annotations.NullMarked;
