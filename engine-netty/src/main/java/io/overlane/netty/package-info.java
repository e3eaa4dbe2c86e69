// SPDX-License-Identifier: Apache-2.0
/**
 * The underlay of applications that live on Netty's event loops. No Netty type shows outside its constructor.
 */
package io.overlane.netty;
