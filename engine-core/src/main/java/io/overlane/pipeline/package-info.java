// SPDX-License-Identifier: Apache-2.0
/**
 * The way of a frame through the engine, in the two directions.
 *
 * <pre>
 *  Port.poll ─► VxlanEncapPath ─► Suppress ──known──► answer to the port
 *                    │ Fdb / FloodList, FloodLimit
 *                    ├─► SendQueue ─► Underlay.send
 *                    └─► LocalSwitch ─► Port.offer, where a segment has several
 *
 *  Underlay.poll ─► VxlanDecapPath ─► Segment ─► Fdb.learn ─► OfferQueue ─► Port.offer
 * </pre>
 *
 * The packages {@code encap} and {@code decap} are the two directions. {@code learning}, {@code bridge} and
 * {@code oversize} are steps that both or one of them take. What is here, all of them use: the guards around ports and
 * underlays of the application, and the books of what was delivered and dropped. Every frame leaves with exactly one
 * fate in the counters of its path.
 */
package io.overlane.pipeline;
