// SPDX-License-Identifier: Apache-2.0
/**
 * The engine: settings in, a running engine out, and the changes that it takes while it runs.
 *
 * <p>A worker is an encap agent and a decap agent, on one thread or on two. An agent polls one side, carries what it
 * got through a path, and waits when there is nothing. The decap agent's thread is the only writer of every table;
 * other threads ask it for changes through {@link EngineControl}. The encap agent's thread owns the list of the ports
 * that it polls. Both agents run commands between two batches.
 */
@NullMarked
package io.overlane.engine;

import org.jspecify.annotations.NullMarked;
