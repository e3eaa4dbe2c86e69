// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

/**
 * Open descriptors of a tunnel.
 *
 * @param name   of the device.
 * @param device descriptor of the TAP or TUN device.
 * @param socket descriptor of the UDP socket.
 */
public record TunnelDescriptors(String name, int device, int socket)
{
}
