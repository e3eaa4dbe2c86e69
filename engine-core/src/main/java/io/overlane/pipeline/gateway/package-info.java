// SPDX-License-Identifier: Apache-2.0
/**
 * The IP gateway on the way of a frame: it answers for its addresses, decides where packets are routed, and holds
 * packets whose next hop has no known MAC yet. The encap and the decap path give it the frames that are for its MAC.
 */
@NullMarked
package io.overlane.pipeline.gateway;

import org.jspecify.annotations.NullMarked;
