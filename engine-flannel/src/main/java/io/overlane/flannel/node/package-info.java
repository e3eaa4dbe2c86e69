// SPDX-License-Identifier: Apache-2.0
/**
 * A node put together: {@link io.overlane.flannel.node.FlannelNode} reads the network's configuration, takes a lease,
 * opens the backend, tells the host, and follows the peers until it is stopped.
 */
package io.overlane.flannel.node;
