// SPDX-License-Identifier: Apache-2.0
/** Stress tests of the queue of received datagrams. */
package io.overlane.netty;
