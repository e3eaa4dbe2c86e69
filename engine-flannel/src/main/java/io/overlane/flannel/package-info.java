// SPDX-License-Identifier: Apache-2.0
/**
 * Membership in a flannel network, without flannel: a node reads the network's configuration from the registry, takes a
 * subnet under a lease, follows the other nodes' leases and programs the engine and the host accordingly.
 */
package io.overlane.flannel;
