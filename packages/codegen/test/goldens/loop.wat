(module
  (type (;0;) (func (param i32 i64 i32) (result i64)))
  (type (;1;) (func (param i32 i64 i32 i64)))
  (type (;2;) (func (param i32 i64 i32)))
  (type (;3;) (func (param i32 i32) (result i32)))
  (type (;4;) (func (param i32 i32)))
  (type (;5;) (func (param i32) (result i32)))
  (type (;6;) (func (param i32)))
  (import "env" "memory" (memory (;0;) 1))
  (import "env" "missedLoad" (func (;0;) (type 0)))
  (import "env" "missedStore" (func (;1;) (type 1)))
  (import "env" "slowLoad" (func (;2;) (type 0)))
  (import "env" "slowStore" (func (;3;) (type 1)))
  (import "env" "slowModify" (func (;4;) (type 0)))
  (import "env" "slowProbe" (func (;5;) (type 2)))
  (import "env" "recordHook" (func (;6;) (type 3)))
  (import "env" "accessHook" (func (;7;) (type 4)))
  (import "env" "edgeHook" (func (;8;) (type 4)))
  (import "env" "lookup" (func (;9;) (type 5)))
  (import "env" "deliver" (func (;10;) (type 6)))
  (func (;11;) (type 5) (param i32) (result i32)
    (local i32 i32 i32 i64 i64 i64 i64 i32)
    local.get 0
    i64.load offset=208 align=1
    local.set 4
    local.get 0
    i64.load offset=224 align=1
    local.set 5
    local.get 0
    i64.load offset=216 align=1
    local.set 6
    local.get 0
    i32.load offset=8 align=1
    local.set 1
    local.get 0
    i32.load offset=20 align=1
    local.set 3
    block  ;; label = @1
      block  ;; label = @2
        block  ;; label = @3
          block  ;; label = @4
            block  ;; label = @5
              loop  ;; label = @6
                local.get 1
                i32.const 4
                i32.lt_s
                if  ;; label = @7
                  local.get 0
                  i64.const 2147483648
                  i64.store align=1
                  br 4 (;@3;)
                end
                local.get 1
                i32.const 4
                i32.sub
                local.set 1
                local.get 4
                local.set 7
                local.get 3
                local.get 7
                i32.wrap_i64
                i32.const 7
                i32.shr_u
                i32.const 8160
                i32.and
                i32.add
                local.tee 8
                i64.load align=1
                local.get 7
                i64.const 3
                i64.add
                i64.const -4096
                i64.and
                i64.eq
                if (result i64)  ;; label = @7
                  local.get 7
                  i32.wrap_i64
                  local.get 8
                  i32.load offset=16 align=1
                  i32.add
                  i64.load32_s align=1
                else
                  local.get 0
                  local.get 7
                  i32.const 4
                  call 0
                  i64.extend32_s
                  local.get 0
                  i32.load offset=12 align=1
                  if  ;; label = @8
                    i32.const 65536
                    local.set 2
                    br 3 (;@5;)
                  end
                end
                local.set 7
                local.get 7
                local.set 5
                local.get 4
                i64.const 4
                i64.add
                local.set 4
                local.get 6
                local.get 5
                i64.add
                local.set 6
                local.get 5
                i64.const 0
                i64.ne
                if  ;; label = @7
                  br 1 (;@6;)
                else
                  local.get 0
                  i64.const 2147483664
                  i64.store align=1
                  br 4 (;@3;)
                end
                unreachable
                unreachable
              end
              unreachable
            end
            local.get 0
            local.get 2
            i32.store offset=24 align=1
            local.get 0
            local.get 2
            i32.load offset=24 align=1
            i64.load offset=16 align=1
            local.get 2
            i64.load16_u offset=4 align=1
            i64.add
            i64.store align=1
            local.get 1
            local.get 2
            i32.load16_u offset=6 align=1
            i32.add
            local.set 1
            local.get 0
            i32.load offset=12 align=1
            i32.const 1
            i32.ne
            br_if 3 (;@1;)
            local.get 0
            i32.const 0
            i32.store offset=12 align=1
            local.get 1
            i32.const 1
            i32.sub
            local.set 1
          end
          local.get 0
          local.get 4
          i64.store offset=208 align=1
          local.get 0
          local.get 5
          i64.store offset=224 align=1
          local.get 0
          local.get 6
          i64.store offset=216 align=1
          local.get 0
          local.get 1
          i32.store offset=8 align=1
          local.get 0
          call 10
          br 1 (;@2;)
        end
        local.get 0
        local.get 4
        i64.store offset=208 align=1
        local.get 0
        local.get 5
        i64.store offset=224 align=1
        local.get 0
        local.get 6
        i64.store offset=216 align=1
        local.get 0
        local.get 1
        i32.store offset=8 align=1
      end
      i32.const 0
      return
    end
    local.get 0
    local.get 4
    i64.store offset=208 align=1
    local.get 0
    local.get 5
    i64.store offset=224 align=1
    local.get 0
    local.get 6
    i64.store offset=216 align=1
    local.get 0
    local.get 1
    i32.store offset=8 align=1
    local.get 0
    i32.load offset=12 align=1)
  (export "region" (func 11)))
