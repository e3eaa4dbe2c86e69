// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import java.time.Duration;

/**
 * Time limits of the API server's client.
 *
 * @param connect    for a connection and its TLS.
 * @param answer     for an answer, or the head of a watch's.
 * @param silence    of a watch, after which its connection counts as dead; the server sends a bookmark every minute.
 * @param watch      after which the server ends a watch, so that watches spread over several servers again; up to twice
 *                   as long, by chance, so that those of many nodes do not end together.
 * @param shortWatch shorter watches count as failures, so that a server that ends each at once is not asked in a loop.
 */
record KubeTimes(Duration connect, Duration answer, Duration silence, Duration watch, Duration shortWatch)
{
    static final KubeTimes DEFAULT = new KubeTimes(
        Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(80), Duration.ofMinutes(5),
        Duration.ofSeconds(1));
}
