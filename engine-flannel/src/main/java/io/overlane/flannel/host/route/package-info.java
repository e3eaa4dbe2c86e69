// SPDX-License-Identifier: Apache-2.0
/**
 * Routes and neighbours the kernel needs for the peers of a network, kept equal to a wanted set, whatever others do to
 * them. One thread at a time.
 */
package io.overlane.flannel.host.route;
