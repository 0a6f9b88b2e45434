-- Neovim as the tests drive it. What it asks its user is answered here; the rest is its own.

local driver = {}
local offered, asked = nil, {}
local wanted, answer = vim.NIL, vim.NIL
local server = { cmd = vim.json.decode(vim.env.PROVER_LSP), filetypes = { 'lean' } }

vim.cmd('autocmd BufRead,BufNewFile *.lean setfiletype lean')
vim.o.swapfile = false
vim.o.hidden = true

if vim.fn.has('nvim-0.11') == 1 then
  vim.lsp.config('leanls', server)
  vim.lsp.enable('leanls')
else
  vim.api.nvim_create_autocmd('FileType', {
    pattern = 'lean',
    callback = function(event)
      local config = { name = 'leanls', cmd = server.cmd, root_dir = vim.fn.getcwd() }
      if vim.lsp.start then
        vim.lsp.start(config)
      else
        server.id = server.id or vim.lsp.start_client(config)
        vim.lsp.buf_attach_client(event.buf, server.id)
      end
    end,
  })
end

-- The number of the first of these names that begins so.
local function chosen(names, start)
  for number, name in ipairs(names) do
    if start ~= vim.NIL and vim.startswith(name, start) then
      return number
    end
  end
end

vim.ui.select = function(items, options, on_choice)
  local names = vim.tbl_map(options.format_item, items)
  local number
  if options.kind == 'codeaction' then
    offered, number = names, chosen(names, wanted)
  else
    number = chosen(names, answer)
  end
  on_choice(number and items[number], number)
end

-- Where Neovim does not ask by `vim.ui.select` yet, the answer is typed.
local ask = vim.lsp.handlers['window/showMessageRequest']
vim.lsp.handlers['window/showMessageRequest'] = function(problem, result, ...)
  asked = vim.tbl_map(function(action)
    return action.title
  end, result.actions)
  if vim.fn.has('nvim-0.10') == 0 then
    vim.api.nvim_input((chosen(asked, answer) or 0) .. '<CR>')
  end
  return ask(problem, result, ...)
end

function driver.open(path)
  vim.cmd('edit ' .. path)
end

function driver.text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n'
end

function driver.ready()
  return not vim.tbl_isempty((vim.lsp.get_clients or vim.lsp.get_active_clients)())
end

function driver.act(line, title)
  offered, wanted = nil, title
  vim.fn.cursor(line, 1)
  vim.lsp.buf.code_action()
end

function driver.offered()
  return offered
end

function driver.answer(title)
  asked, answer = {}, title
end

function driver.asked()
  return asked
end

function driver.insert(line, text)
  vim.fn.append(line - 1, text)
end

function driver.replace(line, text)
  vim.fn.setline(line, text)
end

-- The user is faster than the next edit of the server.
function driver.hurry(line, text)
  local edit = vim.lsp.handlers['workspace/applyEdit']
  vim.lsp.handlers['workspace/applyEdit'] = function(...)
    vim.lsp.handlers['workspace/applyEdit'] = edit
    driver.insert(line, text)
    return edit(...)
  end
end

function driver.undo()
  vim.cmd('normal! u')
end

function driver.messages()
  return vim.api.nvim_exec('messages', true)
end

function driver.forget()
  vim.cmd('messages clear')
end

function driver.quit()
  vim.cmd('qall!')
end

function Drive(call)
  local decoded = vim.json.decode(call)
  local result = driver[decoded.verb](unpack(decoded.arguments))
  return vim.json.encode(result == nil and vim.NIL or result)
end
