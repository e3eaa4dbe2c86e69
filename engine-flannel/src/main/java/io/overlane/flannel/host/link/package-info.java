// SPDX-License-Identifier: Apache-2.0
/** The interfaces of a host: the choice of the one that carries the tunnels, and the tunnel's own device. */
@NullMarked
package io.overlane.flannel.host.link;

import org.jspecify.annotations.NullMarked;
