// SPDX-License-Identifier: Apache-2.0
/**
 * The interfaces of a host: which one carries the tunnels and by which address, and what the tunnel's own device is
 * called and addressed.
 */
package io.overlane.flannel.host.link;
