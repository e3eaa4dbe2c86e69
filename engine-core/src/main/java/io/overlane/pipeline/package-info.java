// SPDX-License-Identifier: Apache-2.0
/**
 * The way of a frame through the engine, in the two directions.
 *
 * <pre>
 *  Port.poll ─► VxlanEncapPath ─► stages ─► Suppress ──known──► answer to the port
 *                    │ Fdb / FloodList, flood limits
 *                    ├─► SendQueue ─► Underlay.send
 *                    └─► LocalSwitch ─► Port.offer, if the segment has several ports
 *
 *  Underlay.poll ─► VxlanDecapPath ─► Segment ─► stages ─► Fdb.learn ─► OfferQueue ─► Port.offer
 * </pre>
 *
 * <p>The packages {@code encap} and {@code decap} are the two directions. {@code learning}, {@code bridge} and {@code
 * oversize} are steps of one or both of them, and {@code stage} runs the stages of the application. This package has
 * what all of them use: guards around the ports and underlays of the application, and the counting and reporting of
 * deliveries and drops. Every frame leaves with exactly one fate in the counters of its path.
 */
@NullMarked
package io.overlane.pipeline;

import org.jspecify.annotations.NullMarked;
