// SPDX-License-Identifier: Apache-2.0
/**
 * The VXLAN IP gateway as applications describe and read it: routing contexts, the gateways of segments, and routes. A
 * context has segments; packets that a station sends to the gateway's MAC address are routed between them.
 */
@NullMarked
package io.overlane.routing;


import org.jspecify.annotations.NullMarked;
