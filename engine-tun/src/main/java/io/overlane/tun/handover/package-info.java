// SPDX-License-Identifier: Apache-2.0
/**
 * The hand-over of open devices and sockets from one process to the next one on the same host, so that a restart loses
 * no packet.
 */
@NullMarked
package io.overlane.tun.handover;

import org.jspecify.annotations.NullMarked;
