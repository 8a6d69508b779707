/** What the cashier page does in the payer's browser: it counts down, asks whether the order is paid, and says so. */
export const cashierScript = `
(() => {
  const { dataset } = document.body
  const status = document.getElementById('status')
  const clock = document.getElementById('left')
  const back = document.getElementById('back')
  const pollMs = Number(dataset.poll)
  const endsAt = dataset.left === '' ? null : performance.now() + Number(dataset.left)
  let asking = false
  let next

  const say = text => {
    if (status.textContent !== text) status.textContent = text
  }

  function end(state, text) {
    dataset.state = state
    say(text)
    clearTimeout(next)
    clearInterval(ticking)
  }

  function paid() {
    end('paid', '支付成功')
    document.title = '支付成功'
    if (!back) return
    back.hidden = false
    say('支付成功，即将返回商户…')
    setTimeout(() => location.assign(back.href), 2000)
  }

  function expired() {
    end('expired', '订单已失效，请返回商户重新下单')
    document.title = '订单已失效'
    if (clock) clock.textContent = '00:00'
  }

  async function ask() {
    if (asking || dataset.state !== 'waiting') return
    asking = true
    status.ariaBusy = 'true'
    clearTimeout(next)
    try {
      const body = new URLSearchParams({ orderId: dataset.order })
      const signal = AbortSignal.timeout(10000)
      const reply = await fetch('onlinePayFindResult', { method: 'POST', body, signal, cache: 'no-store' })
      const { code } = await reply.json()
      if (code === '10001') paid()
      else if (code === '10003') expired()
      else say(isOver() ? '正在确认支付结果…' : '等待付款…')
    } catch {
      say('网络不稳定，正在重试…')
    }
    if (dataset.state === 'waiting') next = setTimeout(ask, pollMs)
    asking = false
    status.ariaBusy = 'false'
  }

  const isOver = () => endsAt !== null && performance.now() >= endsAt

  function tick() {
    if (endsAt === null) return
    const seconds = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000))
    clock.textContent = [Math.floor(seconds / 60), seconds % 60].map(part => String(part).padStart(2, '0')).join(':')
    clock.classList.toggle('soon', seconds <= 60)
    if (seconds > 0) return
    clearInterval(ticking)
    ask()
  }

  const ticking = setInterval(tick, 1000)
  next = setTimeout(ask, pollMs)
  // Back from the wallet, the payer wants to know at once.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') ask()
  })
})()
`
